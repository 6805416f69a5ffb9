import { type AnyTraceEvent, formatKlog } from '@kubeedge-sim/sim-kit';

/**
 * One event as a line: seconds since the first event, its number and that of the event it follows from, host,
 * component, kind and details.
 */
export function formatEvent(event: AnyTraceEvent, startMs: number): string {
  const seconds = ((event.atMs - startMs) / 1_000).toFixed(3).padStart(9);
  const from = event.parent === undefined ? '' : ` ←#${event.parent}`;
  const what = event.kind === 'log' ? formatKlog(event) : `${event.kind} ${formatDetail(event.detail)}`;
  return `${seconds}s #${event.id}${from} ${event.host}/${event.component} ${what}`;
}

/** The members of a detail, `key=value`. */
export function formatDetail(detail: object): string {
  return Object.entries(detail)
    .map(
      ([key, value]) =>
        `${key}=${typeof value === 'string' && !/[\s"]/.test(value) ? value : JSON.stringify(value)}`,
    )
    .join(' ');
}
