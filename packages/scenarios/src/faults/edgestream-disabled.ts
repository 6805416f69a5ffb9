// kubeedge v1.6.1 pkg/apis/componentconfig/edgecore/v1alpha1/default.go; kubeedge/kubeedge#1712, #4465, #6178.
import { changeEdge, defineFault } from './fault.ts';

export const edgestreamDisabled = defineFault({
  id: 'edgestream-disabled',
  title: {
    en: 'modules.edgeStream.enable is false on the edge, as it is by default',
    zh: '边缘节点的 modules.edgeStream.enable 为 false（默认值）',
  },
  apply: (description, edge) => changeEdge(description, edge, { edgeStream: false }),
});
