npm run stack
export $(npm run --silent stack -- status | grep =)
cd ../shop
