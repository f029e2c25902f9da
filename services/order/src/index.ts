// The public face of order.
export { orderService } from './service.ts'
