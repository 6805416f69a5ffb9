/** edgehub's default `projectID`. kubeedge v1.6.1 pkg/apis/componentconfig/edgecore/v1alpha1/default.go */
export const hubProjectId = 'e632aba927ea4ac2b575ec1603d56f10';

/** Path of edgehub's WebSocket. kubeedge v1.6.1 edge/pkg/edgehub/config/config.go InitConfigure */
export const hubPath = (nodeName: string) => `/${hubProjectId}/${nodeName}/events`;

/**
 * What edgehub adds to its WebSocket request, in Go's wire spelling and order. CloudHub takes the node's name from
 * here and looks at no path.
 * kubeedge v1.6.1 edge/pkg/edgehub/clients/wsclient/websocket.go Init, viaduct/pkg/client/ws.go Connect
 */
export function hubHeaders(nodeName: string): [string, string][] {
  return [
    ['Connectionuse', 'msg'],
    ['Node_id', nodeName],
    ['Project_id', hubProjectId],
  ];
}
