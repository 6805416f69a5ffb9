// No tag of cloudcore deletes a session from its map: cloud/pkg/cloudstream/tunnelserver.go addSession.
import { defineFault } from './fault.ts';

export const edgecoreStopped = defineFault({
  id: 'edgecore-stopped',
  title: {
    en: 'edgecore is stopped after its tunnel was open',
    zh: '隧道建立之后，edgecore 被停止',
  },
  apply: (description) => description,
  once: (edge) => [{ do: 'stop', what: 'edgecore', node: edge }],
});
