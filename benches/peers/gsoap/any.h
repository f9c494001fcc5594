// Any Body, as the tree of gSOAP, for soapcpp2.
#import "wsse.h"
#import "dom.h"
//gsoap b service name: any
//gsoap b service namespace: urn:any
int b__any(xsd__anyType *any, struct b__done { xsd__anyType *any; } *result);
