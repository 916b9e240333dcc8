#!/usr/bin/env node
"use strict";

const { check, hookPath } = require("../dist/index.js");

const USAGE = `usage: execert-n8n-hooks path     the file for EXTERNAL_HOOK_FILES
       execert-n8n-hooks check    whether EXECERT_KEY, EXECERT_LEDGER, EXECERT_EXPORT and EXECERT_POLICY will do`;

switch (process.argv[2]) {
  case "path":
    console.log(hookPath);
    break;
  case "check":
    check(process.env).then(
      () => console.log("the hooks can record and export"),
      (error) => {
        console.error(error instanceof Error ? error.message : String(error));
        process.exitCode = 1;
      },
    );
    break;
  default:
    console.error(USAGE);
    process.exitCode = 2;
}
