// Evidence of the Model Context Protocol: `await client.connect(wrapTransport(transport, recorder))`, or `server.connect`.
// Whatever passes goes on unchanged and in its order; a call of a tool passes the gate first.

import type { Transport, TransportSendOptions } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { Recorder } from "execert";

import { Line } from "./line.js";
import { Session, type Passage } from "./session.js";

/** What `wrapTransport` may be told. */
export interface WrapOptions {
  /** Name of the run; by default that of the server. */
  readonly name?: string;
  /** The conversation that the session belongs to; by default that of the HTTP session, if there is one. */
  readonly thread?: string;
}

type Handler = ((...all: unknown[]) => void) | undefined;
type Handlers = { onmessage?: Handler; onclose?: Handler };

const sessions = new WeakMap<object, { readonly recorder: Recorder; settled(): Promise<void> }>();

/** When what passed so far is on disk; once the transport is closed, the whole session. */
export async function settled(transport: Transport): Promise<void> {
  await sessions.get(transport)?.settled();
}

/** The same transport, recorded: give it to `connect` of a client or of a server. Everything else of it works as before. */
export function wrapTransport<T extends Transport>(transport: T, recorder: Recorder, options: WrapOptions = {}): T {
  if (sessions.get(transport)?.recorder === recorder) {
    return transport;
  }
  const wire: Transport = transport;
  const session = new Session(recorder, { ...options, sessionId: () => wire.sessionId });
  const [out, into] = [new Line(), new Line()];
  /** The handlers of the application, once ours stand before them. */
  const app: Handlers = {};
  let ended: Promise<void> = Promise.resolve();
  const finish = (): void => void (ended = ended.then(async () => session.end()));

  const ours: Handlers = {
    onmessage(message, extra) {
      const wait = session.look("in", message);
      if (wait === undefined && into.idle) {
        app.onmessage?.call(wrapper, message, extra);
      } else {
        void into.queue(wait, (passage) => {
          passage?.replies.forEach((reply) => void send(reply as never).catch((error: Error) => wire.onerror?.(error)));
          const rest = passed(message, passage);
          if (rest !== undefined) {
            deliver("onmessage", rest, extra);
          }
        });
      }
    },
    onclose() {
      if (into.idle) {
        finish();
        app.onclose?.call(wrapper);
      } else {
        void into.queue(undefined, () => {
          finish();
          deliver("onclose");
        });
      }
    },
  };

  /** Calls a handler outside of the transport's own call, which tells `onerror` what a handler throws. */
  const deliver = (name: keyof Handlers, ...told: unknown[]): void => {
    try {
      app[name]?.call(wrapper, ...told);
    } catch (error) {
      wire.onerror?.(error as Error);
    }
  };

  const send: Transport["send"] = (message, given) => {
    const wait = session.look("out", message);
    const sent = wait === undefined && out.idle ? wire.send(message, given) : out.queue(wait, (passage) => pass(message, passage, given));
    return sent.catch(async (error: unknown) => {
      await session.unsent(message, error);
      throw error;
    });
  };

  const pass = async (message: unknown, passage: Passage | undefined, given?: TransportSendOptions): Promise<void> => {
    const rest = passed(message, passage);
    // Called first: the next message waits only until this one was handed over.
    const sent = rest === undefined ? undefined : wire.send(rest as never, given);
    for (const reply of passage?.replies ?? []) {
      if (into.idle) {
        deliver("onmessage", reply);
      } else {
        void into.queue(undefined, () => deliver("onmessage", reply));
      }
    }
    await sent;
  };

  const stand = (name: keyof Handlers): void => {
    if (!(name in app)) {
      app[name] = wire[name] as Handler;
      wire[name] = ours[name] as never;
    }
  };

  const methods: Partial<Transport> = {
    send,
    start: () => {
      stand("onmessage");
      stand("onclose");
      return wire.start();
    },
    close: async () => {
      await (out.idle ? wire.close() : out.queue(undefined, () => wire.close()));
      finish();
      await ended;
    },
  };

  const bound = new Map<unknown, unknown>();
  const wrapper = new Proxy(transport, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) {
        return methods[name as keyof Transport];
      }
      if (Object.hasOwn(app, name)) {
        return app[name as keyof Handlers];
      }
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function" || name === "constructor" || /^on/.test(String(name))) {
        return value;
      }
      // Its own methods work on the transport itself, private members included.
      if (!bound.has(value)) {
        bound.set(value, value.bind(target));
      }
      return bound.get(value);
    },
    set(target, name, value) {
      if (name === "onmessage" || name === "onclose") {
        stand(name);
        app[name] = value as Handler;
        return true;
      }
      return Reflect.set(target, name, value, target);
    },
  });
  sessions.set(wrapper, { recorder, settled: async () => (await ended, session.settled()) });
  return wrapper;
}

/** What goes on of a message; undefined: nothing. */
function passed(message: unknown, passage: Passage | undefined): unknown {
  if (passage === undefined) {
    return message;
  }
  if (!Array.isArray(message)) {
    return passage.pass[0];
  }
  return passage.pass.length === 0 ? undefined : passage.pass;
}
