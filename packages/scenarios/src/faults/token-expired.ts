// kubeedge/website docs/faq: "Invalid authorization token" after keadm join with a token that was kept.
import { changeEdge, defineFault } from './fault.ts';

export const tokenExpired = defineFault({
  id: 'token-expired',
  title: {
    en: 'the edge joins with a token that was taken 25 hours ago',
    zh: '边缘节点使用 25 小时前获取的 token 加入',
  },
  apply: (description, edge) => changeEdge(description, edge, { join: { tokenAgeHours: 25 } }),
});
