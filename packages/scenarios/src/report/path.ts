import type { Hop } from '../scenario.ts';

/** The detour of one metrics request, hop by hop. */
export const hops: readonly { id: Hop; label: string; detail: string }[] = [
  { id: 'caller', label: 'metrics-server', detail: 'dials node-address:10350' },
  { id: 'nat', label: 'iptables DNAT', detail: '10350 → cloudcore:10003' },
  { id: 'stream', label: 'cloudcore stream server', detail: ':10003 HTTPS' },
  { id: 'tunnel', label: 'tunnel', detail: ':10004 WebSocket, mTLS' },
  { id: 'edgestream', label: 'edgestream', detail: 'METRIC_CONNECT → HTTP' },
  { id: 'edged', label: 'edged', detail: '127.0.0.1:10350 /stats/summary' },
  { id: 'cadvisor', label: 'cAdvisor', detail: 'cgroups and labels' },
  { id: 'docker', label: 'Docker Engine API', detail: '/var/run/docker.sock' },
];

/** The path, one hop a line; the failing one and what is down with it are marked with ✗, those before with ✓. */
export function drawPath(failing: Hop | undefined, downFrom = failing): string {
  const at = hops.findIndex(({ id }) => id === failing);
  const down = hops.findIndex(({ id }) => id === downFrom);
  const width = Math.max(...hops.map(({ label }) => label.length));
  const lines = hops.map(({ label, detail }, index) => {
    const mark = at < 0 || index < down ? '✓' : index <= at ? '✗' : ' ';
    return `  ${mark} ${label.padEnd(width)}  ${detail}${index === at ? '   ◄── here' : ''}`;
  });
  return lines.join('\n  │\n');
}
