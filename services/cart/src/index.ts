// The public face of cart.
export { cartService } from './service.ts'
