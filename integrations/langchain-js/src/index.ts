// Certified execution records of LangChain.js and LangGraph.js: `ExecertHandler` observes, `execertMiddleware` and `gate`
// stand before each tool and can stop it, `resume` answers what an agent waits for. What was recorded `execert` checks.

export { resume, type ResumeOptions } from "./approvals.js";
export { gate, type GateOptions } from "./gate.js";
export { ExecertHandler } from "./handler.js";
export { execertMiddleware, type MiddlewareOptions } from "./middleware.js";
