/** The columns of the staged records. */
import { BOUNDS, BOUNDS_STRIDE, INPUT, OFFSETS, TIMESTAMPS } from './layout';

/** Position in the block of the first staged byte. */
export let base: i32 = 0;

export function setBase(value: i32): void {
  base = value;
}

// @ts-ignore: decorator
@inline
function bound(record: usize, column: usize): i32 {
  return load<i32>(BOUNDS + (record * BOUNDS_STRIDE + column) * 4);
}

// @ts-ignore: decorator
@inline
function address(position: i32): usize {
  return INPUT + <usize>(position - base);
}

// @ts-ignore: decorator
@inline
export function hasKey(record: usize): bool {
  return bound(record, 0) >= 0;
}

// @ts-ignore: decorator
@inline
export function hasValue(record: usize): bool {
  return bound(record, 2) >= 0;
}

/** Where the key, the value begin and end; only where there is one. */
// @ts-ignore: decorator
@inline
export function keyStart(record: usize): usize {
  return address(bound(record, 0));
}

// @ts-ignore: decorator
@inline
export function keyEnd(record: usize): usize {
  return address(bound(record, 1));
}

// @ts-ignore: decorator
@inline
export function valueStart(record: usize): usize {
  return address(bound(record, 2));
}

// @ts-ignore: decorator
@inline
export function valueEnd(record: usize): usize {
  return address(bound(record, 3));
}

/** Bytes of the key, the value; 0 for null. */
// @ts-ignore: decorator
@inline
export function keySize(record: usize): usize {
  return hasKey(record) ? keyEnd(record) - keyStart(record) : 0;
}

// @ts-ignore: decorator
@inline
export function valueSize(record: usize): usize {
  return hasValue(record) ? valueEnd(record) - valueStart(record) : 0;
}

// @ts-ignore: decorator
@inline
export function offsetOf(record: usize): f64 {
  return load<f64>(OFFSETS + record * 8);
}

// @ts-ignore: decorator
@inline
export function timestampOf(record: usize): f64 {
  return load<f64>(TIMESTAMPS + record * 8);
}
