// What the conversion of values needs of its surroundings: its types, and the error for values that it refuses.

/** A stable code, `area.reason`. */
export type Code = string;

/** Plain JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The value is wrong: correct it. */
export class InvalidInput extends Error {
	readonly code: Code;
	readonly path: string | undefined;
	readonly hint: string;

	constructor(
		reason: string,
		members: { readonly code: Code; readonly path?: string; readonly hint?: string | undefined; readonly exit?: number },
	) {
		super(`${reason} [${members.code}]`);
		this.code = members.code;
		this.path = members.path;
		this.hint = members.hint ?? '';
	}
}
