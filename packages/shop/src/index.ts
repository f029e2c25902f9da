// The public face: the whole shop in one process, and what describes it.
export { shopSpec } from './config.ts'
export { allServices, type RunningShop, type ShopOptions, startShop } from './start-shop.ts'
