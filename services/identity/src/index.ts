// The public face of identity.
export { type CreatedAdmin, createAdmin, type NewAdmin } from './create-admin.ts'
export { identityService } from './service.ts'
