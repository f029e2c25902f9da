// Public interface of cart.
export { cartService } from './service.ts'
