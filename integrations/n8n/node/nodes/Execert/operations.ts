// The operations on one item: seal it, verify evidence that it brings, ask a policy about it.

import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { jsonParse, NodeOperationError } from 'n8n-workflow';

import { type Execert, judge, trustIn } from './core';
import { type Evidence, NO_LEDGER, options, shown, type Signer, summed } from './evidence';
import { content, ident } from './generated/content';

/** Records of a sealed chain around the one that is sealed: its opening, the sign of life before its end, its end. */
const AROUND = 3;

/** A sealed chain of one record over the item. */
export function seal(context: IExecuteFunctions, execert: Execert, signer: Signer, name: string, item: INodeExecutionData): Evidence {
	const recorder = execert.recorder(options(signer));
	const workflow = context.getWorkflow();
	recorder.note(
		JSON.stringify({
			kind: 'note',
			event: ident(name === '' ? 'sealed' : name),
			...content({
				input: shown(item),
				params: {
					workflow: { id: workflow.id, name: workflow.name },
					execution: context.getExecutionId(),
					node: context.getNode().name,
				},
				text: NO_LEDGER,
			}),
		}),
	);
	recorder.seal();
	const bundle = recorder.export('{"chain":true}');
	recorder.free();
	return { bundle, summary: summed(execert, signer, bundle, 1 + AROUND) };
}

/** Reads the evidence that an item brings. */
export async function verify(context: IExecuteFunctions, execert: Execert, index: number): Promise<IDataObject> {
	const binary = context.getNodeParameter('evidenceSource', index) === 'binary';
	const field = binary ? (context.getNodeParameter('evidenceField', index) as string) : 'text';
	if (binary) {
		// Says which field there is none of.
		context.helpers.assertBinaryData(index, field);
	}
	const bundle = binary
		? await context.helpers.getBinaryDataBuffer(index, field)
		: Buffer.from(context.getNodeParameter('evidenceText', index) as string);
	const trust = trustIn(execert, context.getNodeParameter('publicKeys', index) as string);
	const judged = judge(execert, bundle, trust, field);
	if (!judged.holds && context.getNodeParameter('stop', index) === true) {
		const error = new NodeOperationError(context.getNode(), `The evidence does not hold: ${judged.verdict} (${judged.code})`, {
			itemIndex: index,
			description: judged.text,
		});
		error.context.verdict = judged.verdict;
		error.context.code = judged.code;
		throw error;
	}
	return judged as unknown as IDataObject;
}

/** Asks a policy about one call of a tool, before it is made. */
export function check(context: IExecuteFunctions, execert: Execert, index: number): IDataObject {
	/** Read by the core before it stands in a document of ours: a text must not reach beyond its place. */
	const text = (name: string): string => {
		const given = context.getNodeParameter(name, index);
		const written = typeof given === 'string' ? given : JSON.stringify(content({ given })['given']);
		return Buffer.from(execert.canonical(written)).toString();
	};
	const tool = context.getNodeParameter('tool', index) as string;
	const named = { name: 'call', tool, expect: 'allow' };
	const cases = `[${JSON.stringify(named).slice(0, -1)},"arguments":${text('arguments')}}]`;
	const answer = jsonParse<{ cases: Array<{ verdict: string; reason: string; deciding?: string[] }> }>(
		execert.policyTest(text('policy'), cases),
	).cases[0];
	if (answer === undefined) {
		throw new NodeOperationError(context.getNode(), 'The policy gave no answer', { itemIndex: index });
	}
	const { verdict, reason, deciding = [] } = answer;
	const allowed = verdict === 'allow';
	if (!allowed && context.getNodeParameter('stop', index) === true) {
		const next =
			verdict === 'deny'
				? 'Do not make this call; read the rule named, and ask whoever owns the policy.'
				: 'A person has to agree first, and this node cannot ask one: route such calls to an approval of your own.';
		throw new NodeOperationError(context.getNode(), `The policy does not allow ${tool}: ${verdict} (${reason})`, {
			itemIndex: index,
			description: next,
		});
	}
	return { allowed, verdict, reason, rules: deciding };
}
