// node:util/types: what kind of object a value is.

const tag = (value: unknown) => Object.prototype.toString.call(value).slice(8, -1);
const isObject = (value: unknown): value is object => value !== null && typeof value === 'object';
const typed = (value: any) => (ArrayBuffer.isView(value) && !(value instanceof DataView) ? (value as any)[Symbol.toStringTag] : undefined);
const is = (kind: string) => (value: unknown) => isObject(value) && tag(value) === kind;
const isTyped = (kind: string) => (value: unknown) => typed(value) === kind;
const functionKind = (value: unknown) => (typeof value === 'function' ? tag(value) : '');

export const isDate = (value: unknown) => value instanceof Date;
export const isRegExp = (value: unknown) => value instanceof RegExp;
export const isMap = (value: unknown) => value instanceof Map;
export const isSet = (value: unknown) => value instanceof Set;
export const isWeakMap = (value: unknown) => value instanceof WeakMap;
export const isWeakSet = (value: unknown) => value instanceof WeakSet;
export const isPromise = (value: unknown) => value instanceof Promise;
export const isNativeError = (value: unknown) => value instanceof Error;
export const isArrayBuffer = (value: unknown) => value instanceof ArrayBuffer;
export const isSharedArrayBuffer = is('SharedArrayBuffer');
export const isAnyArrayBuffer = (value: unknown) => isArrayBuffer(value) || isSharedArrayBuffer(value);
export const isArrayBufferView = (value: unknown) => ArrayBuffer.isView(value);
export const isDataView = (value: unknown) => value instanceof DataView;
export const isTypedArray = (value: unknown) => typed(value) !== undefined;
export const isUint8Array = isTyped('Uint8Array');
export const isUint8ClampedArray = isTyped('Uint8ClampedArray');
export const isUint16Array = isTyped('Uint16Array');
export const isUint32Array = isTyped('Uint32Array');
export const isInt8Array = isTyped('Int8Array');
export const isInt16Array = isTyped('Int16Array');
export const isInt32Array = isTyped('Int32Array');
export const isFloat32Array = isTyped('Float32Array');
export const isFloat64Array = isTyped('Float64Array');
export const isBigInt64Array = isTyped('BigInt64Array');
export const isBigUint64Array = isTyped('BigUint64Array');
export const isArgumentsObject = is('Arguments');
export const isGeneratorObject = is('Generator');
export const isMapIterator = is('Map Iterator');
export const isSetIterator = is('Set Iterator');
export const isModuleNamespaceObject = is('Module');
export const isNumberObject = is('Number');
export const isStringObject = is('String');
export const isBooleanObject = is('Boolean');
export const isBigIntObject = is('BigInt');
export const isSymbolObject = is('Symbol');
export const isBoxedPrimitive = (value: unknown) => [isNumberObject, isStringObject, isBooleanObject, isBigIntObject, isSymbolObject].some(check => check(value));
export const isAsyncFunction = (value: unknown) => functionKind(value) === 'AsyncFunction' || functionKind(value) === 'AsyncGeneratorFunction';
export const isGeneratorFunction = (value: unknown) => functionKind(value) === 'GeneratorFunction' || functionKind(value) === 'AsyncGeneratorFunction';
/** The engine does not tell. */
export const isProxy = (_value: unknown) => false;
export const isExternal = (_value: unknown) => false;
export const isKeyObject = (value: any) => value?.constructor?.name === 'KeyObject' || value?.constructor?.name === 'SecretKeyObject';
export const isCryptoKey = (value: any) => tag(value) === 'CryptoKey';

export default {
  isAnyArrayBuffer, isArgumentsObject, isArrayBuffer, isArrayBufferView, isAsyncFunction, isBigInt64Array, isBigIntObject, isBigUint64Array,
  isBooleanObject, isBoxedPrimitive, isCryptoKey, isDataView, isDate, isExternal, isFloat32Array, isFloat64Array, isGeneratorFunction,
  isGeneratorObject, isInt16Array, isInt32Array, isInt8Array, isKeyObject, isMap, isMapIterator, isModuleNamespaceObject, isNativeError,
  isNumberObject, isPromise, isProxy, isRegExp, isSet, isSetIterator, isSharedArrayBuffer, isStringObject, isSymbolObject, isTypedArray,
  isUint16Array, isUint32Array, isUint8Array, isUint8ClampedArray, isWeakMap, isWeakSet,
};
