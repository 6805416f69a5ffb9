export { type EdgeWatcher, type EdgeWatcherOptions, startEdgeWatcher } from './edge-watcher.ts';
export { type EdgeWatcherRelease, type EdgeWatcherTag, edgeWatcherReleases } from './releases.data.ts';
export {
  IPTABLES_NAME,
  type Iptables,
  type IptablesRule,
  type IptablesRules,
  iptablesRulesType,
  iptablesType,
  NAMESPACE as KUBEEDGE_NAMESPACE,
  RULES_NAME,
} from './resource-types.ts';
export { rulesFor } from './rules.ts';
