export $(npm run --silent stack | grep =)
cd ../shop
