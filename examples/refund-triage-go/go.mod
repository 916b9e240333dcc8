module github.com/execert/execert/examples/refund-triage-go

go 1.26

require github.com/execert/execert/bindings-go v0.1.0

replace github.com/execert/execert/bindings-go => ../../bindings-go
