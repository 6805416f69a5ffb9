export * from './cloudcore/index.ts';
export * from './edge-watcher/index.ts';
export * from './edge-watcher-agent/index.ts';
export * from './ks-apiserver/index.ts';
export * from './kube-apiserver/index.ts';
export * from './kube-proxy/index.ts';
export * from './metrics-server/index.ts';
