// n8n's registry of lifecycle handlers, found from n8n's own entry. It is not a documented interface: n8n's telemetry
// uses it. A release without it gives `undefined`.

import { createRequire } from "node:module";

import type { Registry } from "./index";

interface Container {
  get(of: unknown): { register?: unknown };
  set(of: unknown, instance: unknown): void;
}

export function registryOf(entry: string | undefined): Registry | undefined {
  if (entry === undefined) {
    return undefined;
  }
  try {
    const require = createRequire(entry);
    const { Container } = require("@n8n/di") as { Container: Container };
    const { LifecycleMetadata } = require("@n8n/decorators") as { LifecycleMetadata: unknown };
    const metadata = Container.get(LifecycleMetadata) as Registry;
    return typeof metadata.register !== "function"
      ? undefined
      : { register: (handler) => metadata.register(handler), set: (handler, instance) => Container.set(handler, instance) };
  } catch {
    return undefined;
  }
}
