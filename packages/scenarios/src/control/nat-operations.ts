import { runIptables } from '../cluster/iptables-action.ts';
import { askRoute } from '../route/ask-route.ts';
import { commandJson } from './look-operations.ts';
import { type Operation, operation, worldOf } from './operation.ts';
import { schemas } from './schemas.ts';

/** What redirects connections in a world: its hosts' iptables, and what comes of them. */
export const natOperations: readonly Operation[] = [
  operation({
    id: 'iptables',
    method: 'POST',
    path: '/v1/worlds/{world}/iptables',
    summary: 'Runs iptables, iptables-save or iptables-restore on a host.',
    description: 'The words are those of the real command, and so are the texts and exit codes.',
    body: schemas.IptablesRequest,
    answers: { 200: { description: 'It ended, well or not.', schema: schemas.CommandAnswer } },
    async handle(asked, context) {
      const { host, words, command, input } = asked.body;
      const result = await worldOf(context, asked).use(async ({ cluster }) => {
        const { world, description } = cluster;
        const on = cluster.host(host ?? description.cloud.name);
        const done = runIptables(on, words ?? [], { command, input, nowMs: world.clock.now() });
        await world.net.settled();
        return { ...done, stdout: world.net.describe(done.stdout) };
      });
      return { body: commandJson(result) };
    },
  }),
  operation({
    id: 'route',
    method: 'POST',
    path: '/v1/worlds/{world}/route',
    summary:
      'Says which rules a connection would meet and where it would end, or what a change of them would break.',
    body: schemas.RouteRequest,
    answers: { 200: { description: 'In words.', schema: schemas.CommandAnswer } },
    async handle(asked, context) {
      const result = await worldOf(context, asked).use((simulation) => askRoute(simulation, asked.body));
      return { body: commandJson(result) };
    },
  }),
];
