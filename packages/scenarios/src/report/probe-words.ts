import type { Text } from '../text.ts';

/** The fixed words of `probe`. */
export const probeWords = {
  engine: { en: 'Engine', zh: '引擎' },
  api: { en: 'API it serves', zh: '支持的 API 版本' },
  nearest: { en: 'Nearest simulated engine', zh: '最接近的模拟引擎' },
  pods: { en: 'Pods on it now (by io.kubernetes.* labels)', zh: '当前的 Pod（按 io.kubernetes.* 标签）' },
  none: { en: 'none: this release line is not known', zh: '无：未收录该版本系列' },
  noPods: { en: 'none', zh: '无' },
  seesPods: { en: 'starts, sees the pods', zh: '能启动，能看到 Pod' },
  noPodsSeen: {
    en: 'starts, but cAdvisor is refused: pods: [] in its summary',
    zh: '能启动，但 cAdvisor 被拒绝：summary 中 pods: []',
  },
  noHandler: {
    en: 'starts, but has no docker handler in its cAdvisor: no pod metrics at all',
    zh: '能启动，但其 cAdvisor 没有 docker 处理器：没有任何 Pod 监控',
  },
  noStart: { en: 'does not start: dockershim refuses', zh: '无法启动：dockershim 报错退出' },
  withoutDocker: {
    en: 'no Docker client (CRI only); no Docker engine concerns them',
    zh: '没有 Docker 客户端（仅支持 CRI），与 Docker 引擎无关',
  },
  method: {
    en:
      'Asked on the real engine with the requests of each release’s own clients, once for each kind of client: ' +
      'releases on one line have the same. cAdvisor’s five tries for the root directory are left out; they decide nothing.',
    zh:
      '以各版本自身客户端的请求询问真实引擎，每类客户端询问一次：同一行的版本客户端相同。' +
      '省略了 cAdvisor 对根目录的五次重试，它们不影响结论。',
  },
} as const satisfies Record<string, Text>;
