npx baton schema register
npx baton topics apply
npx tsc
node dist/src/publisher.js order-3 order-4
