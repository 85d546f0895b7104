/**
 * The few statistics that the benchmark needs. Medians, because a machine that is disturbed for a
 * moment makes means of little use, with the whole range next to them.
 *
 * @module
 */

/** The middle of some values, or NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return sorted.length === 0 ? NaN : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A number with about three digits, and `–` for one that is not there. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** The median and, where it was measured more than once, the range. */
export function spread(values: readonly number[]): string {
  const known = values.filter(Number.isFinite);
  if (known.length < 2) return digits(median(known));
  return `${digits(median(known))} (${digits(Math.min(...known))}–${digits(Math.max(...known))})`;
}
