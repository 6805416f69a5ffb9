export * from './cloudcore/index.ts';
export * from './kube-apiserver/index.ts';
export * from './metrics-server/index.ts';
