// Causes that only a cloud of several hosts can have.
import type { AnyTraceEvent } from '@kubeedge-sim/sim-kit';
import { eventsOf } from '../../look.ts';
import type { Claim, Look } from '../../scenario.ts';

export const severalHostsCauses: readonly Claim[] = [
  {
    id: 'rule-on-another-apiserver-only',
    holds(look) {
      const dials = apiserverDials(look);
      const lost = dials.findLast(
        ({ detail }) => detail.outcome === 'blackhole' && detail.rule === undefined,
      );
      const open = dials.findLast(
        ({ host, detail }) =>
          host !== lost?.host && detail.to === lost?.detail.to && detail.rule !== undefined,
      );
      return lost && open && [lost, open];
    },
    say: ([lost, open]) => ({
      en: `The API server on ${lost?.host} dials ${detailOf(lost, 'to')} and no rule of that host redirects it: it is lost. The one on ${open?.host} has the rule: ${detailOf(open, 'rule')}.`,
      zh: `${lost?.host} 上的 API server 访问 ${detailOf(lost, 'to')}，该主机没有转发规则，连接石沉大海；${open?.host} 上有规则：${detailOf(open, 'rule')}。`,
    }),
    cause: {
      layer: { en: 'NAT on the hosts of the API servers', zh: '各 API server 主机的 NAT' },
      hop: 'nat',
      cures: ['dnat-on-every-host'],
    },
  },
  {
    id: 'tunnel-with-another-cloudcore',
    holds(look) {
      const asked = eventsOf(look, 'stream.request').findLast(({ detail }) => detail.found === false);
      const opened = eventsOf(look, 'tunnel.session').findLast(({ detail }) => detail.hostname === look.edge);
      if (asked === undefined || opened === undefined || asked.host === opened.host) return undefined;
      const written = eventsOf(look, 'cloudcore.node-port').findLast(
        ({ detail }) => detail.node === look.edge,
      );
      return [asked, opened, ...(written?.host === asked.host ? [written] : [])];
    },
    say: ([asked, opened, written]) => ({
      en: `cloudcore on ${asked?.host} was asked for ${detailOf(asked, 'sessionKey')} and has no such session: the tunnel of the edge is with ${opened?.host}.${written === undefined ? '' : ` The Node leads to ${written.host}, because CloudHub’s connection is there, and that cloudcore writes its own tunnel port into it.`}`,
      zh: `${asked?.host} 上的 cloudcore 收到对 ${detailOf(asked, 'sessionKey')} 的请求，但没有这个会话：该边缘节点的隧道在 ${opened?.host} 上。${written === undefined ? '' : `Node 中的端口指向 ${written.host}，因为 CloudHub 的连接在那里，由它写入了自己的隧道端口。`}`,
    }),
    cause: {
      layer: { en: 'the balancer in front of the cloudcores', zh: 'cloudcore 之前的负载均衡' },
      hop: 'stream',
      cures: ['one-cloudcore-per-edge'],
    },
  },
];

/** Dials of edges' kubelet ports by API servers, wherever they run. */
function apiserverDials(look: Look) {
  const proxied = new Set(eventsOf(look, 'apiserver.proxy').map(({ id }) => id));
  return eventsOf(look, 'net.connect').filter(({ parent }) => parent !== undefined && proxied.has(parent));
}

function detailOf(event: AnyTraceEvent | undefined, field: string): string {
  const value = (event?.detail as Record<string, unknown> | undefined)?.[field];
  return typeof value === 'string' ? value : '';
}
