module github.com/execert/execert/bindings-go

go 1.26
