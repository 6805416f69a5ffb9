export { behindNodePorts, type NodePortService } from './node-ports.ts';
