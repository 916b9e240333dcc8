import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IDataObject,
	IExecuteFunctions,
	INodeCredentialTestResult,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

import { certify } from './certify';
import { type Execert as Core, explained, load, pem } from './core';
import type { Evidence, Signer } from './evidence';
import { check, seal, verify } from './operations';

export class Execert implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Execert',
		name: 'execert',
		icon: { light: 'file:execert.svg', dark: 'file:execert.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ { certify: "Certify execution", checkPolicy: "Check policy", seal: "Seal data", verify: "Verify evidence" }[$parameter["operation"]] }}',
		description: 'Make signed evidence of an execution or of data, verify evidence, check a policy. Keeps no ledger',
		defaults: { name: 'Execert' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'execertKeyApi',
				required: true,
				testedBy: 'keyTest',
				displayOptions: { show: { operation: ['certify', 'seal'] } },
			},
		],
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'Certify Execution',
						value: 'certify',
						description: 'Make evidence of the outputs of every node before this one, as n8n reports them',
						action: 'Certify the execution',
					},
					{
						name: 'Check Policy',
						value: 'checkPolicy',
						description: 'Ask a policy whether a call of a tool is allowed',
						action: 'Check a policy',
					},
					{
						name: 'Seal Data',
						value: 'seal',
						description: 'Make evidence of one item',
						action: 'Seal data',
					},
					{
						name: 'Verify Evidence',
						value: 'verify',
						description: 'Check evidence with public keys alone',
						action: 'Verify evidence',
					},
				],
				default: 'certify',
			},
			{
				displayName:
					'This node keeps no ledger: the evidence leaves with the item and is stored nowhere else. Keep it, for instance with a node that writes files.',
				name: 'notice',
				type: 'notice',
				default: '',
				displayOptions: { show: { operation: ['certify', 'seal'] } },
			},
			{
				displayName: 'Put Evidence in Field',
				name: 'binaryField',
				type: 'string',
				default: 'evidence',
				required: true,
				hint: 'The name of the output binary field to put the evidence in',
				displayOptions: { show: { operation: ['certify', 'seal'] } },
			},
			{
				displayName: 'Evidence Is',
				name: 'evidenceSource',
				type: 'options',
				options: [
					{ name: 'In a Binary Field', value: 'binary' },
					{ name: 'Text', value: 'text' },
				],
				default: 'binary',
				displayOptions: { show: { operation: ['verify'] } },
			},
			{
				displayName: 'Input Binary Field',
				name: 'evidenceField',
				type: 'string',
				default: 'evidence',
				required: true,
				hint: 'The name of the input binary field that holds the evidence',
				displayOptions: { show: { operation: ['verify'], evidenceSource: ['binary'] } },
			},
			{
				displayName: 'Evidence',
				name: 'evidenceText',
				type: 'string',
				typeOptions: { rows: 4 },
				default: '',
				required: true,
				description: 'The text of a bundle, line by line as it was written',
				displayOptions: { show: { operation: ['verify'], evidenceSource: ['text'] } },
			},
			{
				displayName: 'Public Keys',
				name: 'publicKeys',
				type: 'string',
				typeOptions: { rows: 4 },
				default: '',
				placeholder: '-----BEGIN PUBLIC KEY-----',
				description:
					'The keys that you trust, as PEM, one after the other; or a trust document. They have to reach you by a way of their own, not with the evidence.',
				displayOptions: { show: { operation: ['verify'] } },
			},
			{
				displayName: 'Policy',
				name: 'policy',
				type: 'json',
				typeOptions: { rows: 6 },
				default: '{\n  "policy": 1,\n  "default": "deny",\n  "rules": [{ "id": "lookups", "tool": "crm.*", "verdict": "allow" }]\n}',
				required: true,
				description: 'Rules as execert has them built in. Of those that match, the strictest wins.',
				displayOptions: { show: { operation: ['checkPolicy'] } },
			},
			{
				displayName: 'Tool',
				name: 'tool',
				type: 'string',
				default: '',
				placeholder: 'crm.lookup',
				required: true,
				description: 'The name of the tool that is to be called',
				displayOptions: { show: { operation: ['checkPolicy'] } },
			},
			{
				displayName: 'Arguments',
				name: 'arguments',
				type: 'json',
				default: '={{ $json }}',
				required: true,
				description: 'What the tool is to be called with',
				displayOptions: { show: { operation: ['checkPolicy'] } },
			},
			{
				displayName: 'Stop Unless It Holds',
				name: 'stop',
				type: 'boolean',
				default: true,
				description: 'Whether to end with an error if the evidence does not hold, or the policy does not allow the call',
				displayOptions: { show: { operation: ['verify', 'checkPolicy'] } },
			},
			{
				displayName: 'Put Output in Field',
				name: 'outputField',
				type: 'string',
				default: 'execert',
				required: true,
				hint: 'The name of the output field to put the answer in; the other fields of the item stay',
				displayOptions: { show: { operation: ['seal', 'verify', 'checkPolicy'] } },
			},
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				displayOptions: { show: { operation: ['certify', 'seal'] } },
				options: [
					{
						displayName: 'Evidence as Text Too',
						name: 'text',
						type: 'boolean',
						default: false,
						description: 'Whether to put the evidence in the output as text as well, for agents, which get no binary data',
					},
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						description: 'What the evidence calls the run, or the item. By default the name of the workflow.',
					},
					{
						displayName: 'Never Keep Fields',
						name: 'redact',
						type: 'string',
						default: '',
						placeholder: 'iban, birthday',
						description:
							'Names of fields whose values are not to be in the evidence, separated by commas. Passwords, tokens and the like are left out in any case.',
					},
				],
			},
		],
	};

	methods = {
		credentialTest: {
			async keyTest(
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
			): Promise<INodeCredentialTestResult> {
				try {
					(await load()).publicKey(pem(String(credential.data?.privateKey ?? '')));
					return { status: 'OK', message: 'The key can sign' };
				} catch (error) {
					return { status: 'Error', message: (error as Error).message };
				}
			},
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData();
		const operation = this.getNodeParameter('operation', 0) as string;
		const core = await load();
		const out: INodeExecutionData[] = [];
		for (const [index, item] of items.entries()) {
			if (operation === 'certify' && index > 0) {
				break;
			}
			// What is certified belongs to all items that came in.
			const pairedItem = operation === 'certify' ? items.map((_, each) => ({ item: each })) : { item: index };
			try {
				out.push({ ...(await one(this, core, operation, index, item)), pairedItem });
			} catch (error) {
				const told = explained(this.getNode(), error, index);
				if (!this.continueOnFail()) {
					throw told;
				}
				out.push({ json: { error: told.message }, error: told, pairedItem });
			}
		}
		return [out];
	}
}

/** What comes of one item. */
async function one(
	context: IExecuteFunctions,
	core: Core,
	operation: string,
	index: number,
	item: INodeExecutionData,
): Promise<INodeExecutionData> {
	const answered = (answer: IDataObject): IDataObject => ({
		...item.json,
		[context.getNodeParameter('outputField', index) as string]: answer,
	});
	const binary = item.binary === undefined ? {} : { binary: item.binary };
	switch (operation) {
		case 'verify':
			return { json: answered(await verify(context, core, index)), ...binary };
		case 'checkPolicy':
			return { json: answered(check(context, core, index)), ...binary };
		case 'certify':
		case 'seal': {
			const given = context.getNodeParameter('options', index, {}) as { text?: boolean; name?: string; redact?: string };
			const { privateKey, tenant } = await context.getCredentials('execertKeyApi', index);
			const key = pem(String(privateKey ?? ''));
			const signer: Signer = {
				key,
				publicKey: core.publicKey(key),
				tenant: String(tenant ?? ''),
				redact: (given.redact ?? '').split(',').map((name) => name.trim()).filter((name) => name !== ''),
			};
			const made: Evidence =
				operation === 'certify' ? certify(context, core, signer, given.name ?? '') : seal(context, core, signer, given.name ?? '', item);
			const bytes = Buffer.from(made.bundle);
			const file = `${operation === 'certify' ? context.getExecutionId() : `${context.getExecutionId()}-${index}`}.execert`;
			const evidence = await context.helpers.prepareBinaryData(bytes, file, 'application/x-ndjson');
			const answer = { ...made.summary, ...(given.text === true ? { evidence: bytes.toString() } : {}) };
			const field = context.getNodeParameter('binaryField', index) as string;
			return {
				json: operation === 'certify' ? answer : answered(answer),
				binary: { ...(operation === 'seal' ? item.binary : {}), [field]: evidence },
			};
		}
		default:
			throw new NodeOperationError(context.getNode(), `There is no operation ${operation}`, { itemIndex: index });
	}
}
