import type { TraceEvent } from './trace.ts';

/** Process id in the header; a simulated process has none of its own. */
const PROCESS_ID = '1';

/**
 * A `log` event as klog prints it, e.g. `I0610 08:00:05.000000       1 plugin.go:68] Docker not connected: …`; one without
 * a source as Go's package log does, e.g. `2021/06/10 08:00:05 Edge service running`. Times are UTC.
 * Source: k8s.io/klog/v2 v2.2.0 klog.go formatHeader; golang/go src/log/log.go formatHeader.
 */
export function formatKlog(event: TraceEvent<'log'>): string {
  const { severity, source, message } = event.detail;
  const time = new Date(event.atMs).toISOString();
  if (source === '') return `${time.slice(0, 19).replaceAll('-', '/').replace('T', ' ')} ${message}`;
  const [month, day, clock] = [time.slice(5, 7), time.slice(8, 10), time.slice(11, 23)];
  return `${severity}${month}${day} ${clock}000 ${PROCESS_ID.padStart(7)} ${source}] ${message}`;
}
