// Public API for the fault harness and the SDK's tests: the parts of a shop of processes, a shop in one process, dev services, simulated users.

export { type Alerting, startAlerting } from '../alerts/start-alerting.ts'
export { type DevServices, openDevServices } from '../dev-services.ts'
export { schemaUrl, shopEnvironment } from '../environment.ts'
export { type Mailbox, type MailboxFault, type MailDetail, startMailbox } from '../mailbox/mailbox.ts'
export { openAdminApi } from '../ops/admin-api.ts'
export type { RunningShopFile } from '../ops/discovery.ts'
export { examineShop, type Finding } from '../ops/doctor.ts'
export { drawSecrets, type ShopSecrets } from '../secrets.ts'
export { type Supervised, type SuperviseOptions, supervise } from '../supervise.ts'
export { anAddress, cards, payOnPage } from './shopper.ts'
export { dropSchemas } from './test-environment.ts'
export { startTestShop, type TestShop } from './test-shop.ts'
