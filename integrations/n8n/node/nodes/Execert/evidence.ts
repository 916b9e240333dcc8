// Evidence out of the core: what is told to a recorder of one ledger in memory, and what a workflow is given of it.

import { createHash } from 'node:crypto';
import type { IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';

import { type Execert, judge, trustIn } from './core';

/** What the credential and the options say about who records, and what is to be left out. */
export interface Signer {
	readonly key: string;
	readonly publicKey: string;
	readonly tenant: string;
	/** Names of members whose values are never kept, beside those that the core always redacts. */
	readonly redact: readonly string[];
}

/** A bundle with what a workflow wants to know of it. */
export interface Evidence {
	readonly bundle: Uint8Array;
	readonly summary: IDataObject;
}

/** Stands in every record that opens evidence of this node. */
export const NO_LEDGER =
	'made by an n8n node that keeps no ledger: the chain was in memory, holds this evidence alone and ended with it';

/** The options of a recorder. */
export function options({ key, tenant, redact }: Signer): string {
	return JSON.stringify({
		key,
		...(tenant === '' ? {} : { tenant }),
		...(redact.length === 0 ? {} : { redact_names: redact }),
	});
}

/** Reads the bundle back as a stranger would who trusts this key; what does not hold, or lacks records, is not handed out. */
export function summed(execert: Execert, signer: Signer, bundle: Uint8Array, records: number): IDataObject {
	const { publicKey } = signer;
	const { holds, code, report } = judge(execert, bundle, trustIn(execert, publicKey));
	if (!holds || report.subject.records !== records) {
		throw new Error(
			`the evidence does not hold (${code ?? `${report.subject.records} records of ${records}`}); report this with the version of the node`,
		);
	}
	const fingerprint = Buffer.from(report.signers[0]?.keyid ?? '', 'base64').toString('hex');
	return {
		records,
		bytes: bundle.length,
		digest: report.subject.digest,
		fingerprint: fingerprint.replace(/.{4}(?=.)/g, '$& '),
		publicKey,
	};
}

/** An item as it is recorded. Bytes of files are not: their name, type and size are, and their SHA-256 where n8n holds them. */
export function shown(item: INodeExecutionData): { readonly [name: string]: unknown } {
	const { json, binary, error, pairedItem } = item;
	return {
		json,
		...(binary === undefined ? {} : { binary: files(binary) }),
		...(error === undefined ? {} : { error }),
		...(pairedItem === undefined ? {} : { pairedItem }),
	};
}

function files(binary: IBinaryKeyData): { readonly [name: string]: unknown } {
	return Object.fromEntries(
		Object.entries(binary).map(([name, { data, ...about }]) => {
			if (about.id !== undefined || typeof data !== 'string') {
				return [name, about];
			}
			const bytes = Buffer.from(data, 'base64');
			return [name, { ...about, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }];
		}),
	);
}
