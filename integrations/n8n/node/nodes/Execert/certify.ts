// Certify execution: what n8n tells a node about the nodes before it, as a closed run of reported records.

import type { IDataObject, IExecuteFunctions, INodeExecutionData, NodeTypeAndVersion } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import type { Execert } from './core';
import { type Evidence, NO_LEDGER, options, shown, type Signer, summed } from './evidence';
import { content, ident } from './generated/content';
import { VERSION } from './generated/wasm';

/** Outputs of one execution of the workflow that are kept, in characters of JSON; what is beyond is told as left out. */
const BUDGET = 64 * 1024 * 1024;
/** More outputs than any node has. */
const OUTPUTS = 1_000;
const ROOT = 'execution';

/** What n8n's proxy answers about the nodes of an execution. */
interface Proxy {
	readonly $node: { readonly [name: string]: { readonly runIndex: number } };
	readonly $items: (node: string, output: number, run: number) => INodeExecutionData[] | null | undefined;
}

/** One execution of a node: its outputs, or nothing where n8n hands nothing out. */
interface Ran {
	readonly node: NodeTypeAndVersion;
	readonly run: number;
	readonly main: ReadonlyArray<readonly INodeExecutionData[]> | undefined;
}

/** Certifies everything upstream of the node that asks. */
export function certify(context: IExecuteFunctions, execert: Execert, signer: Signer, name: string): Evidence {
	const self = context.getNode().name;
	const proxy = context.getWorkflowDataProxy(0) as unknown as Proxy;
	const upstream = above(context, self);
	const ran = upstream.filter((node) => !node.disabled).flatMap((node) => executions(proxy, node));
	const names = new Set(ran.map(({ node }) => node.name));

	const recorder = execert.recorder(options(signer));
	const send = (event: string, id: string, members: object): { readonly run?: string } =>
		JSON.parse(
			recorder.feed(
				JSON.stringify({ feed: 1, stack: 'n8n', versions: { node: VERSION }, event, id, capture: 'reported', ...members }),
			),
		) as { readonly run?: string };
	const workflow = context.getWorkflow();
	const { run } = send('run-start', ROOT, {
		name: ident(name === '' ? (workflow.name ?? 'workflow') : name),
		content: content({
			params: { workflow: { id: workflow.id, name: workflow.name }, mode: context.getMode(), node: self },
			text: NO_LEDGER,
		}),
		framework: { execution: ident(context.getExecutionId()) },
	});
	let left = BUDGET;
	let omitted = 0;
	for (const { node, run: index, main } of ran) {
		let told = recorded(node, index, main);
		left -= JSON.stringify(told).length;
		if (left < 0) {
			told = recorded(node, index, undefined, 'omitted:bytes');
		}
		omitted += told.conversions?.some(([, word]) => word.startsWith('omitted:')) === true ? 1 : 0;
		send('node-end', `${index}:${node.name}`, {
			parent: ROOT,
			name: ident(node.name),
			// A node that failed and was told to go on hands its input on: n8n does not tell other nodes which it was.
			status: 'unknown',
			content: told,
		});
	}
	const about = {
		executions: ran.length,
		without_output: ran.filter(({ main }) => main === undefined).length,
		not_executed: upstream.filter((node) => !node.disabled && !names.has(node.name)).map((node) => node.name),
		disabled: upstream.filter((node) => node.disabled).map((node) => node.name),
		omitted,
	};
	// The execution goes on after this node, so how it ends is not known either.
	send('run-end', ROOT, { status: 'unknown', content: content({ output: about }) });
	const bundle = recorder.export(JSON.stringify({ run }));
	recorder.free();
	const summary: IDataObject = {
		run: run ?? '',
		execution: context.getExecutionId(),
		...about,
		...summed(execert, signer, bundle, ran.length + 2),
	};
	return { bundle, summary };
}

/** Every node whose output reaches this one, sub-nodes such as the tools of an agent too; the farthest first. */
function above(context: IExecuteFunctions, self: string): NodeTypeAndVersion[] {
	const found = new Map<string, NodeTypeAndVersion>();
	const names = [self];
	for (const name of names) {
		for (const connectionType of Object.values(NodeConnectionTypes)) {
			for (const node of context.getParentNodes(name, { connectionType, depth: 1 })) {
				if (node.name !== self && !found.has(node.name)) {
					found.set(node.name, node);
					names.push(node.name);
				}
			}
		}
	}
	return [...found.values()].reverse();
}

/** Every execution of a node that n8n knows of. */
function executions(proxy: Proxy, node: NodeTypeAndVersion): Ran[] {
	const last = proxy.$node[node.name]?.runIndex ?? -1;
	return Array.from({ length: last + 1 }, (_, run) => ({ node, run, main: outputs(proxy, node.name, run) }));
}

/** The outputs of one execution. n8n answers with an error beyond the last one, and where there is none to hand out. */
function outputs(proxy: Proxy, name: string, run: number): INodeExecutionData[][] | undefined {
	const main: INodeExecutionData[][] = [];
	while (main.length < OUTPUTS) {
		try {
			main.push(proxy.$items(name, main.length, run) ?? []);
		} catch {
			break;
		}
	}
	return main.length === 0 ? undefined : main;
}

interface Told {
	readonly conversions?: ReadonlyArray<readonly [string, string]>;
	readonly [name: string]: unknown;
}

function recorded(node: NodeTypeAndVersion, run: number, main: Ran['main'], word?: string): Told {
	const told: Told = content({
		params: { type: node.type, version: node.typeVersion, execution: run },
		names: { node: node.name },
		...(main === undefined ? {} : { output: { main: main.map((items) => items.map(shown)) } }),
		...(main === undefined && word === undefined ? { text: 'n8n hands no output of this execution to other nodes' } : {}),
	});
	return word === undefined ? told : { ...told, output: null, conversions: [['/output', word]] };
}
