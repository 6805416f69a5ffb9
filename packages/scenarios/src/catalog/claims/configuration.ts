// Causes that lie in how a cluster is set up: flags, rules, modules, addresses, ports and certificates.
import type { AnyTraceEvent } from '@kubeedge-sim/sim-kit';
import { eventsOf, sinceStart } from '../../look.ts';
import type { Claim, Look } from '../../scenario.ts';
import { disabledEdgestream, isState, sentElsewhere } from './evidence.ts';

/** What is to be redirected where there are no tunnel ports (kubeedge v1.6.1 common/constants/default.go ServerPort). */
const EDGED_PORT = 10_350;

export const configurationCauses: readonly Claim[] = [
  {
    id: 'status-port-not-used',
    holds(look) {
      const scrape = lastScrape(look);
      const byName = lastProxied(look);
      if (scrape === undefined || byName === undefined) return undefined;
      const port = portIn(byName.asked);
      return byName.answer?.detail.status === 200 && scrape.detail.port !== port
        ? [scrape, byName.asked, byName.answer]
        : undefined;
    },
    say: ([scrape, asked]) => ({
      en: `metrics-server dials ${textOf(scrape, 'url')}, the kubelet's usual port; the node's status names ${portIn(asked)}, kube-apiserver dials that, and is answered.`,
      zh: `metrics-server 访问的是 kubelet 的默认端口（${textOf(scrape, 'url')}）；而节点状态中的端口是 ${portIn(asked)}，kube-apiserver 使用该端口，可以得到应答。`,
    }),
    cause: {
      layer: { en: 'metrics-server flags', zh: 'metrics-server 参数' },
      hop: 'caller',
      cures: ['metrics-server'],
    },
  },
  {
    id: 'no-dnat-rule',
    holds(look) {
      const lost = lostScrape(look);
      return lost?.dial.detail.pod === undefined ? lost && [lost.scrape, lost.dial] : undefined;
    },
    say: ([, dial]) => ({
      en: `No rule of the caller's host redirects ${textOf(dial, 'to')}: the dial goes to the edge itself, behind its NAT, and is lost.`,
      zh: `调用方主机上没有转发 ${textOf(dial, 'to')} 的规则：连接直接发往 NAT 之后的边缘节点，石沉大海。`,
    }),
    cause: {
      layer: { en: 'NAT on the host of the caller', zh: '调用方主机的 NAT' },
      hop: 'nat',
      cures: ['dnat'],
    },
  },
  {
    id: 'pod-passes-no-rule',
    holds(look) {
      const lost = lostScrape(look);
      if (lost?.dial.detail.pod === undefined) return undefined;
      const { scrape, dial } = lost;
      const ofHost = eventsOf(look, 'net.connect').findLast(
        ({ host, detail }) =>
          host === dial.host &&
          detail.to === dial.detail.to &&
          detail.pod === undefined &&
          detail.rule !== undefined,
      );
      return ofHost === undefined ? [scrape, dial] : [scrape, dial, ofHost];
    },
    say: ([, dial, ofHost]) => {
      const chains = dial?.kind === 'net.connect' ? (dial.detail.chains ?? []).join(', ') : '';
      const from = `${textOf(dial, 'pod')} on ${dial?.host}`;
      const rule = ofHost && `${textOf(ofHost, 'rule')}`;
      return {
        en: `metrics-server dials ${textOf(dial, 'to')} as a pod, ${from}: it passes PREROUTING of its node and not OUTPUT (${chains}), finds no rule there, and is lost.${rule === undefined ? '' : ` A process on the network of ${dial?.host} that dials the same is redirected: ${rule}.`}`,
        zh: `metrics-server 以 Pod 身份（${dial?.host} 上的 ${textOf(dial, 'pod')}）访问 ${textOf(dial, 'to')}：连接经过所在节点的 PREROUTING 链而不是 OUTPUT 链（${chains}），那里没有规则，石沉大海。${rule === undefined ? '' : `同一主机网络上的进程访问同一地址则会被转发：${rule}。`}`,
      };
    },
    cause: {
      layer: {
        en: 'NAT on the node of metrics-server: PREROUTING',
        zh: 'metrics-server 所在节点的 NAT：PREROUTING 链',
      },
      hop: 'nat',
      cures: ['host-network', 'dnat-for-pods'],
    },
  },
  {
    id: 'edgestream-is-disabled',
    holds(look) {
      const started = eventsOf(look, 'edgecore.process', look.edge).findLast(isState('started'));
      if (started?.detail.modules?.includes('edgestream') !== false) return undefined;
      const [line] = disabledEdgestream(look);
      const unknown = eventsOf(look, 'stream.request').findLast(({ detail }) => detail.found === false);
      return line && [started, line, ...(unknown ? [unknown] : [])];
    },
    say: ([, , unknown]) => {
      const key = unknown?.kind === 'stream.request' ? unknown.detail.sessionKey : '';
      return {
        en: `edgecore runs without edgestream (its log says so once, at start), so nothing dials cloudcore's tunnel port${key ? `, and cloudcore has no session for ${key}: 500 with an empty body` : ''}.`,
        zh: `edgecore 运行时没有启用 edgestream（仅在启动日志中提到一次），没有隧道${key ? `；cloudcore 找不到 ${key} 的会话，返回内容为空的 500` : ''}。`,
      };
    },
    cause: {
      layer: { en: 'edgecore configuration: modules.edgeStream', zh: 'edgecore 配置：modules.edgeStream' },
      hop: 'tunnel',
      cures: ['edgestream'],
    },
  },
  {
    id: 'two-edges-one-address',
    holds(look) {
      const sessions = eventsOf(look, 'tunnel.session');
      const own = sessions.findLast(({ detail }) => detail.hostname === look.edge);
      const other = sessions.findLast(
        ({ detail }) => detail.hostname !== look.edge && detail.internalIp === own?.detail.internalIp,
      );
      if (own === undefined || other === undefined) return undefined;
      const [first, second] = own.id < other.id ? [own, other] : [other, own];
      if (!second.detail.overwrote.includes(second.detail.internalIp)) return undefined;
      const taken = eventsOf(look, 'tunnel.takeover').findLast(({ parent }) => parent === second.id);
      const carried = sentElsewhere(look);
      const sent = carried === undefined ? [] : [carried.request, carried.message];
      return [first, second, ...sent, ...(taken === undefined ? [] : [taken])];
    },
    say(evidence, look) {
      const [first, second] = evidence;
      const names = { first: textOf(first, 'hostname'), second: textOf(second, 'hostname') };
      const request = evidence.find(({ kind }) => kind === 'stream.request');
      const host = textOf(request, 'hostHeader');
      return {
        en: `${names.first} and ${names.second} both call themselves ${textOf(second, 'internalIp')}: in cloudcore's session map the later one took that key, so a scrape of either, which goes by address, is answered by ${names.second}.${request ? ` That of ${look.edge} came to cloudcore with Host ${host} and was sent into the tunnel of ${names.second}.` : ''}`,
        zh: `${names.first} 和 ${names.second} 上报了相同的地址 ${textOf(second, 'internalIp')}：在 cloudcore 的会话表中后者覆盖了前者，按地址抓取任何一个，应答的都是 ${names.second}。${request ? `对 ${look.edge} 的抓取到达 cloudcore 时 Host 为 ${host}，被送入了 ${names.second} 的隧道。` : ''}`,
      };
    },
    cause: {
      layer: { en: "cloudcore's session map", zh: 'cloudcore 的会话表' },
      hop: 'stream',
      cures: ['nodeip'],
    },
  },
  {
    id: 'session-outlives-its-edge',
    holds(look) {
      const stopped = eventsOf(look, 'edgecore.process', look.edge).at(-1);
      const ended = eventsOf(look, 'tunnel.session-end').findLast(
        ({ detail }) => detail.hostname === look.edge && detail.state === 'closed',
      );
      const opened = eventsOf(look, 'tunnel.session').findLast(({ detail }) => detail.hostname === look.edge);
      if (stopped?.detail.state !== 'stopped' || !ended || !opened || opened.id > ended.id) return undefined;
      const empty = eventsOf(look, 'stream.response').findLast(
        ({ id, detail }) => id > ended.id && detail.status === 200 && detail.bytes === 0,
      );
      return empty && [stopped, ended, empty];
    },
    say: (_evidence, look) => ({
      en: `edgecore on ${look.edge} is stopped and its tunnel closed, but cloudcore keeps the closed session in its map and has written 200 before it looks whether the tunnel is open: 200 with no body.`,
      zh: `${look.edge} 上的 edgecore 已停止，隧道已关闭，但 cloudcore 的会话表仍保留该会话，并且在检查隧道之前就写出了 200：状态码 200，内容为空。`,
    }),
    cause: {
      layer: { en: "cloudcore's session map", zh: 'cloudcore 的会话表' },
      hop: 'tunnel',
      cures: ['start'],
    },
  },
  {
    id: 'edge-cannot-dial-edged',
    holds(look) {
      const asked = eventsOf(sinceStart(look, look.edge), 'edgestream.request', look.edge).at(-1);
      if (asked?.detail.outcome !== 'failed' || !asked.detail.error?.includes('connection refused'))
        return undefined;
      const messages = eventsOf(look, 'tunnel.message').filter(
        ({ detail }) => detail.session === look.edge && detail.connectId === asked.detail.connectId,
      );
      const isAnswered = messages.some(({ detail }) => detail.direction === 'to-cloud');
      return isAnswered ? undefined : [asked, ...messages.slice(0, 1)];
    },
    say: ([asked]) => ({
      en: `edgestream cannot dial ${textOf(asked, 'url')}: ${textOf(asked, 'error')}. It tells nobody (no REMOVE_CONNECT), so cloudcore waits until the caller gives up; only the edge's log has the reason.`,
      zh: `edgestream 无法连接 ${textOf(asked, 'url')}：${textOf(asked, 'error')}。它不通知任何一方（没有 REMOVE_CONNECT），cloudcore 一直等到调用方超时；只有边缘日志里有原因。`,
    }),
    cause: {
      layer: { en: 'edgestream ↔ edged', zh: 'edgestream ↔ edged' },
      hop: 'edged',
      cures: ['edgedport'],
    },
  },
  {
    id: 'stream-certificate-names-no-edge',
    holds(look) {
      const scrape = lastScrape(look);
      const dial = scrape && childOf(look, 'net.connect', scrape);
      const handshake = eventsOf(look, 'net.tls').find(
        ({ detail }) => detail.connection === dial?.detail.connection && detail.by === 'client',
      );
      const isName = handshake?.detail.verdict === 'wrong-name';
      return isName && dial?.detail.rule !== undefined ? [dial, handshake] : undefined;
    },
    say: ([dial, handshake]) => ({
      en: `metrics-server verifies whom it dials (${textOf(dial, 'to')}), but the rule leads it to cloudcore, whose certificate does not name the edge: ${textOf(handshake, 'detail')}`,
      zh: `metrics-server 会校验对端（${textOf(dial, 'to')}）的证书，而 DNAT 把连接引到 cloudcore，其证书不包含边缘节点的地址：${textOf(handshake, 'detail')}`,
    }),
    cause: {
      layer: {
        en: 'TLS between metrics-server and cloudcore 10003',
        zh: 'metrics-server 与 cloudcore 10003 之间的 TLS',
      },
      hop: 'stream',
      cures: ['metrics-server', 'streamcert'],
    },
  },
];

const lastScrape = (look: Look) =>
  eventsOf(look, 'metrics-server.scrape').findLast(({ detail }) => detail.node === look.edge);

/** The latest scrape where its dial met no rule and was not answered, though it was for the tunnel's port. */
function lostScrape(look: Look) {
  const scrape = lastScrape(look);
  const dial = scrape && childOf(look, 'net.connect', scrape);
  const ports = eventsOf(look, 'cloudcore.tunnel-port').map(({ detail }) => detail.port);
  // A node that shows another port than its tunnel's has no tunnel, and no rule is meant for that.
  const redirected = ports.length > 0 ? ports : [EDGED_PORT];
  const isForTunnel = scrape !== undefined && redirected.includes(scrape.detail.port);
  return isForTunnel && dial && dial.detail.outcome !== 'open' && dial.detail.rule === undefined
    ? { scrape, dial }
    : undefined;
}

/** The latest request for the edge by name, through kube-apiserver, that has come to an end. */
export function lastProxied(look: Look) {
  const ended = new Map(eventsOf(look, 'apiserver.proxied').map((event) => [event.parent, event]));
  const asked = eventsOf(look, 'apiserver.proxy').findLast(
    ({ id, detail }) => detail.node === look.edge && ended.has(id),
  );
  return asked && { asked, answer: ended.get(asked.id) };
}

const childOf = (look: Look, kind: 'net.connect', parent: { id: number }) =>
  eventsOf(look, kind).findLast((event) => event.parent === parent.id);

const portIn = (event: AnyTraceEvent | undefined) =>
  event?.kind === 'apiserver.proxy' ? Number(new URL(event.detail.url).port) : undefined;

/** A detail of an event, as text. */
function textOf(event: AnyTraceEvent | undefined, field: string): string {
  const value = (event?.detail as Record<string, unknown> | undefined)?.[field];
  return typeof value === 'string' ? value : '';
}
