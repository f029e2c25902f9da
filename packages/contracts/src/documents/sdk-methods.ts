// Names of the SDK's methods: which method of which client makes a call. The SDK and its samples in the OpenAPI document derive from here.
import type { Endpoint } from '../endpoint.ts'

export interface SdkMethod {
  /** `shop`: the client of shoppers; `admin`: the client of operators. */
  client: 'shop' | 'admin'
  namespace: string
  name: string
}

/** Method of a shopper's call by operation. What is left out is reached by `request`. */
const shopMethods: Readonly<Record<string, string>> = {
  getShop: 'shop.get',
  listProducts: 'products.list',
  getProduct: 'products.get',
  getAvailability: 'products.availability',
  searchProducts: 'search.products',
  listCategories: 'categories.list',
  getCategory: 'categories.get',
  getCart: 'cart.get',
  addCartLine: 'cart.add',
  updateCartLine: 'cart.update',
  removeCartLine: 'cart.remove',
  clearCart: 'cart.clear',
  enterCartCode: 'cart.addCode',
  removeCartCode: 'cart.removeCode',
  setCartShipping: 'cart.setShipping',
  listShippingOptions: 'cart.shippingOptions',
  setCartCurrency: 'cart.setCurrency',
  mergeCart: 'cart.merge',
  checkout: 'checkout.place',
  readCheckoutReturn: 'checkout.readReturn',
  cancelCheckoutReturn: 'checkout.cancelReturn',
  listOrders: 'orders.list',
  getOrder: 'orders.get',
  getOrderPayment: 'orders.payment',
  cancelOrder: 'orders.cancel',
  lookupOrder: 'orders.lookup',
  verifyOrderLookup: 'orders.verifyLookup',
  listOrderInvoices: 'orders.invoices',
  getInvoicePdf: 'orders.invoicePdf',
  getCreditNotePdf: 'orders.creditNotePdf',
  requestReturn: 'returns.request',
  listOrderReturns: 'returns.list',
  requestWithdrawal: 'withdrawals.request',
  confirmWithdrawal: 'withdrawals.confirm',
  createGuest: 'auth.guest',
  register: 'auth.register',
  verifyEmail: 'auth.verify',
  resendCode: 'auth.resend',
  login: 'auth.login',
  refreshTokens: 'auth.refresh',
  logout: 'auth.logout',
  forgotPassword: 'auth.forgotPassword',
  resetPassword: 'auth.resetPassword',
  getMe: 'me.get',
  updateMe: 'me.update',
  closeAccount: 'me.close',
  confirmEmail: 'me.confirmEmail',
  undoEmailChange: 'me.undoEmailChange',
  changePassword: 'me.changePassword',
  listSessions: 'me.sessions',
  endSession: 'me.endSession',
  endSessions: 'me.endSessions',
  listAddresses: 'me.addresses',
  addAddress: 'me.addAddress',
  updateAddress: 'me.updateAddress',
  deleteAddress: 'me.deleteAddress',
}

/** Names of operators' methods where the path gives a poor one. */
const adminNames: Readonly<Record<string, string>> = {
  adjustStock: 'adjust',
  addVariant: 'addVariant',
  createPromotionCodes: 'createCodes',
  listPromotionCodes: 'listCodes',
  updatePromotionCode: 'updateCode',
  refundOrder: 'refund',
  adminGetInvoicePdf: 'pdf',
  adminRunReconciliation: 'run',
  adminReplayEvents: 'run',
  getShippingZones: 'get',
  getTaxRates: 'get',
}

const adminPrefix = '/v1/admin/'
const verbs = { GET: 'get', POST: 'create', PUT: 'set', PATCH: 'update', DELETE: 'delete' } as const
const camelCase = (words: string): string => words.replace(/[-.]([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** `POST /v1/admin/orders/:orderId/ship` is `orders.ship`; a path without a verb of its own takes that of the HTTP method. */
const adminMethod = ({ operationId, method, path, success, response }: Endpoint): SdkMethod => {
  const [namespace = '', ...rest] = path.slice(adminPrefix.length).split('/')
  const last = rest.at(-1) ?? ':'
  const isList =
    rest.length === 0 && method === 'GET' && 'items' in ((response[success] as { properties?: object }).properties ?? {})
  const fromPath = last.startsWith(':') ? (isList ? 'list' : verbs[method]) : camelCase(last)
  return { client: 'admin', namespace: camelCase(namespace), name: adminNames[operationId] ?? fromPath }
}

/** Whether a client of the SDK makes this call at all: services, and those who send webhooks, call the others. A stream is no answer. */
export const isSdkCall = ({ auth, rate, produces }: Endpoint): boolean =>
  auth !== 'internal' && rate !== 'webhook' && produces !== 'text/event-stream'

/** The method that makes a call; null when only `request` reaches it. */
export const sdkMethodOf = (endpoint: Endpoint): SdkMethod | null => {
  if (!isSdkCall(endpoint)) return null
  if (endpoint.path.startsWith(adminPrefix)) return adminMethod(endpoint)
  const [namespace, name] = shopMethods[endpoint.operationId]?.split('.') ?? []
  return namespace === undefined || name === undefined ? null : { client: 'shop', namespace, name }
}
