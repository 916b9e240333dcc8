// What n8n loads: EXTERNAL_HOOK_FILES=$(npx execert-n8n-hooks path). If anything is wrong it throws, and n8n stops.

import { configOf, tryOut } from "./config";
import { hooks } from "./index";
import { registryOf } from "./registry";

function load(): ReturnType<typeof hooks> {
  try {
    const config = configOf(process.env);
    tryOut(process.env);
    const registry = registryOf(require.main?.filename);
    if (registry === undefined) {
      process.emitWarning("this n8n has no registry of lifecycle handlers: nodes are recorded after the fact (`reported`) and cannot be stopped one by one", "ExecertWarning");
    }
    return hooks(config, registry);
  } catch (error) {
    const text = `${error instanceof Error ? error.message : String(error)} n8n does not start, since nothing would be recorded.`;
    // n8n's own message hides the cause.
    process.stderr.write(`${text}\n`);
    throw new Error(text, { cause: error });
  }
}

export = load();
