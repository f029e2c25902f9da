// The public face of identity.
export { identityService } from './service.ts'
