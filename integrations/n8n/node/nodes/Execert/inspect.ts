// Stands for `types` of node:util, which a verified node may not import: what a value is, by its inner slots where the
// language lets one ask. A proxy cannot be told from what it stands for, so reading one runs its code.

function has(ask: (value: object) => unknown): (value: unknown) => boolean {
	return (value) => {
		try {
			ask(value as object);
			return true;
		} catch {
			return false;
		}
	};
}

const getter = (of: object, name: string) => {
	const get = Object.getOwnPropertyDescriptor(of, name)?.get;
	return has((value) => {
		if (get === undefined) throw new TypeError(`there is no ${name}`);
		return get.call(value);
	});
};
/** What the language has no question for. */
const never = has(() => {
	throw new TypeError('there is no way to ask');
});
/** A kind that has no slot one may ask for, by the tag of its class; a getter for the tag is not called. */
const tagged = (tag: string) => (value: unknown) => {
	for (let at = value as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
		const found = Object.getOwnPropertyDescriptor(at, Symbol.toStringTag);
		if (found !== undefined) {
			return found.value === tag;
		}
	}
	return Object.prototype.toString.call(value) === `[object ${tag}]`;
};

const isArrayBuffer = getter(ArrayBuffer.prototype, 'byteLength');
const isSharedArrayBuffer = getter(SharedArrayBuffer.prototype, 'byteLength');
const isStringObject = has((value) => String.prototype.valueOf.call(value));
const isNumberObject = has((value) => Number.prototype.valueOf.call(value));
const isBooleanObject = has((value) => Boolean.prototype.valueOf.call(value));
const isBigIntObject = has((value) => BigInt.prototype.valueOf.call(value));
const isSymbolObject = has((value) => Symbol.prototype.valueOf.call(value));
const weakMap = new WeakMap();

export const types = {
	isProxy: never,
	isDate: has((value) => Date.prototype.getTime.call(value)),
	isMap: getter(Map.prototype, 'size'),
	isSet: getter(Set.prototype, 'size'),
	isAnyArrayBuffer: (value: unknown): value is ArrayBufferLike => isArrayBuffer(value) || isSharedArrayBuffer(value),
	isStringObject,
	isNumberObject,
	isBooleanObject,
	isBigIntObject,
	isBoxedPrimitive: (value: unknown): boolean =>
		[isStringObject, isNumberObject, isBooleanObject, isBigIntObject, isSymbolObject].some((is) => is(value)),
	isNativeError: (value: unknown): boolean => value instanceof Error && Object.hasOwn(value, 'stack'),
	isPromise: (value: unknown): boolean => value instanceof Promise,
	isRegExp: getter(RegExp.prototype, 'source'),
	isWeakMap: has((value) => WeakMap.prototype.has.call(value as WeakMap<object, unknown>, weakMap)),
	isWeakSet: has((value) => WeakSet.prototype.has.call(value as WeakSet<object>, weakMap)),
	isGeneratorObject: tagged('Generator'),
	isMapIterator: tagged('Map Iterator'),
	isSetIterator: tagged('Set Iterator'),
	isArgumentsObject: tagged('Arguments'),
	isExternal: never,
	isModuleNamespaceObject: tagged('Module'),
	isKeyObject: tagged('KeyObject'),
	isCryptoKey: tagged('CryptoKey'),
};
