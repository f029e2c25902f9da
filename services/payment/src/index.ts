// The public face of payment.
export { paymentService } from './service.ts'
