// The core in this process: one compiled module, an instance for each execution, and its refusals as errors of n8n.

import type { INode } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { type Execert, loadSync, WasmError } from './generated/loader';
import { InvalidInput } from './refused';

export type { Execert };

let compiled: Promise<WebAssembly.Module> | undefined;

/** A core with a memory of its own, which is gone with it. */
export async function load(): Promise<Execert> {
	// Read when it is first needed: n8n loads every node when it starts.
	compiled ??= import('./generated/wasm.js').then(async ({ WASM }) => await WebAssembly.compile(Buffer.from(WASM, 'base64')));
	return loadSync(await compiled);
}

/** PEM as a text field gives it: n8n's fields for secrets have one line, so that line ends are lost or written `\n`. */
export function pem(text: string): string {
	const blocks = text.replaceAll('\\n', '\n').matchAll(/-----BEGIN ([A-Z ]+)-----([\s\S]*?)-----END \1-----/g);
	const lines = [...blocks].map(([, label, body]) => {
		const base64 = (body ?? '').replace(/\s+/g, '').replace(/.{64}(?=.)/g, '$&\n');
		return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
	});
	return lines.length === 0 ? text : lines.join('');
}

/** Trust in the keys of a text: public keys as PEM, one after the other, or a trust document. */
export function trustIn(execert: Execert, text: string): string {
	const given = text.trim();
	if (given.startsWith('{')) {
		return given;
	}
	const keys = pem(given).match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? (given === '' ? [] : [given]);
	return execert.trust(JSON.stringify({ keys }));
}

/** What came of reading evidence. */
export interface Judged {
	readonly verdict: string;
	/** Whether the evidence holds: what `execert verify` says by exit code 0. */
	readonly holds: boolean;
	/** Of the finding that decides; null if it holds. */
	readonly code: string | null;
	readonly exit: number;
	readonly text: string;
	readonly report: Report;
}

export interface Report {
	readonly verdict: string;
	readonly exit: number;
	readonly findings: ReadonlyArray<{ readonly code: string; readonly severity: string }>;
	readonly signers: ReadonlyArray<{ readonly keyid: string }>;
	readonly subject: { readonly records: number; readonly digest: string };
}

/** Reads evidence, whatever it says. */
export function judge(execert: Execert, bundle: Uint8Array, trust: string, name = ''): Judged {
	const bytes = execert.check(bundle, trust);
	const report = JSON.parse(Buffer.from(bytes).toString()) as Report;
	const holds = report.exit === 0;
	const decides = report.findings.find(({ severity }) => severity === 'error') ?? report.findings[0];
	return {
		verdict: report.verdict,
		holds,
		code: holds ? null : (decides?.code ?? null),
		exit: report.exit,
		text: execert.render(bytes, { name, trust: 'the keys given' }),
		report,
	};
}

/** An error of the core, or of anything else, as n8n shows it: what, and what to do next. */
export function explained(node: INode, error: unknown, itemIndex: number): NodeOperationError {
	if (error instanceof NodeOperationError) {
		return error;
	}
	if (error instanceof WasmError || error instanceof InvalidInput) {
		const path = error.path === undefined || error.path === '' ? '' : ` at ${error.path}`;
		const shown = new NodeOperationError(node, error.message, { itemIndex, description: `${error.hint}${path}` });
		shown.context.code = error.code;
		return shown;
	}
	return new NodeOperationError(node, error as Error, { itemIndex });
}
