export { type EdgeWatcherAgent, startEdgeWatcherAgent } from './agent.ts';
export { type AgentHost, type AgentsOptions, startEdgeWatcherAgents } from './daemon-set.ts';
export { type MountedFile, mountSecret } from './mounted-secret.ts';
