import { type ChainPassage, printListed, type RouteView, type Step } from '@kubeedge-sim/sim-kit';
import type { Caller } from './caller.ts';

const listing = { numeric: true, verbose: false, exact: false, lineNumbers: true };
const columns = 'num  target     prot opt source               destination';

const listed = ({ spec, number }: Step) =>
  printListed({ spec, packets: 0, bytes: 0 }, number, listing).trimEnd();

const place = ({ chain, number }: Step) => `${chain} ${number}`;

/** A route for a person: the chains, the rules that hit or why none did, and where the connection ends. */
export function routeText(caller: Caller, asked: string, route: RouteView): string {
  const network =
    caller.pod === undefined
      ? `on the network of ${caller.host.name}`
      : `a pod with ${caller.pod} on ${caller.host.name}`;
  return [
    `${caller.name} dials ${asked} (${network})`,
    '',
    ...route.passages.flatMap((passage) => passageLines(passage)),
    endOf(caller, asked, route),
    '',
  ].join('\n');
}

function passageLines({ host, chain, passage }: ChainPassage): string[] {
  const { steps, verdict, undecided, missed } = passage;
  const head = `${host}, chain ${chain}`;
  // Where the source may change: of interest only when it does.
  const isMinor = chain === 'INPUT' || chain === 'POSTROUTING';
  if (isMinor && verdict === undefined && undecided.length === 0) return [];
  const lines = steps.map((step) => `  ${step.chain.padEnd(12)} ${listed(step)}`);
  const last = steps.at(-1);
  const decided =
    verdict === undefined
      ? `  no rule decides${last === undefined && missed.length + undecided.length === 0 ? ' (the chain has none)' : ''}: policy ACCEPT${last === undefined ? '' : `, after ${place(last)}`}`
      : `  decided by rule ${place(verdict)}`;
  const redirecting = missed.filter(({ spec }) => spec.target !== undefined);
  return [
    head,
    ...(lines.length === 0 ? [] : [`  ${'chain'.padEnd(12)} ${columns}`, ...lines]),
    decided,
    ...(verdict === undefined && !isMinor
      ? redirecting
          .slice(0, MISSED_MAX)
          .map((step) => `  not ${place(step)}: another ${step.lacks}: ${listed(step)}`)
      : []),
    ...(verdict === undefined && !isMinor && redirecting.length > MISSED_MAX
      ? [`  and ${redirecting.length - MISSED_MAX} more`]
      : []),
    ...undecided.map(
      (step) => `  taken not to match, for nothing here can say: ${place(step)}: ${listed(step)}`,
    ),
    '',
  ];
}

const MISSED_MAX = 8;

/** Where a connection ends, in one line. */
export function endOf(caller: Caller, asked: string, route: RouteView): string {
  const at = `${route.at.address}:${route.at.port}`;
  const seen =
    route.source === (caller.pod ?? caller.host.describedAddress) ? '' : `, which sees ${route.source} dial`;
  switch (route.outcome) {
    case 'listener':
      return `ends at ${at} on ${route.host}: ${route.listener} listens there${seen}`;
    case 'nobody':
      return route.host === undefined
        ? `ends at ${at}, in the pod itself: nobody listens there (connection refused)`
        : `ends at ${at} on ${route.host}: nobody listens there (connection refused)`;
    case 'blackhole':
      return `is lost on its way to ${at}: ${at === asked ? 'the host lets nothing in from outside' : 'it never arrives'} (i/o timeout)`;
    case 'no-route':
      return `leaves for ${at}, where no host is (no route to host)`;
    case 'outside':
      return `leaves for ${at}, outside of this world`;
  }
}
