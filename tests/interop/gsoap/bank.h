// The service of the peers, for soapcpp2.
#import "wsse.h"
//gsoap b service name: bank
//gsoap b service namespace: urn:bank
//gsoap b service style: document
//gsoap b service encoding: literal
//gsoap b service method-action: pay urn:pay
int b__pay(char *b__amount, struct b__accepted { char *b__amount; } *result);
