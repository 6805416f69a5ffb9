// The cloud always sends 127.0.0.1:10350 (kubeedge/kubeedge#3010): #4952, and #5345, which is open since 2024.
import { changeEdge, defineFault } from './fault.ts';

export const edgedOnOtherPort = defineFault({
  id: 'edged-on-other-port',
  title: {
    en: 'edged listens on 10355: tailoredKubeletConfig.readOnlyPort was changed',
    zh: 'edged 监听 10355：修改了 tailoredKubeletConfig.readOnlyPort',
  },
  apply: (description, edge) => changeEdge(description, edge, { edgedPort: 10_355 }),
});
