// The public face of catalog.
export { catalogService } from './service.ts'
