export { CloudSimContainer, StartedCloudSimContainer } from './cloud-sim-container.ts';
export { ClusterSimContainer, StartedClusterSimContainer } from './cluster-sim-container.ts';
export { EdgeSimContainer, StartedEdgeSimContainer } from './edge-sim-container.ts';
export { SimContainer } from './sim-container.ts';
export { StartedSimContainer } from './started-sim-container.ts';
