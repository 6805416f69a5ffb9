/** Go's zero time in RFC 3339, which Docker writes for `never`. */
export const GO_ZERO_TIME = '0001-01-01T00:00:00Z';

/** A time as Go's RFC3339Nano prints it in UTC: trailing zeroes of the fraction are dropped. */
export function rfc3339Nano(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.?0*Z$/, 'Z');
}

const UNITS = [
  // The longest unit first; a duration takes the first whose least count it reaches.
  { unit: 'years', seconds: 365 * 86_400, least: 2 },
  { unit: 'months', seconds: 30 * 86_400, least: 2 },
  { unit: 'weeks', seconds: 7 * 86_400, least: 2 },
  { unit: 'days', seconds: 86_400, least: 2 },
] as const;

/** A duration in words, e.g. `About an hour`. Source: docker/go-units v0.4.0 duration.go HumanDuration. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(ms / 3_600_000 + 0.5);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  for (const { unit, seconds: length, least } of UNITS) {
    const count = Math.floor((hours * 3_600) / length);
    if (count >= least) return `${count} ${unit}`;
  }
  return `${Math.floor(hours / 24)} days`;
}
