//! Why a request is answered as it is: `witgate explain` offline, and the debug header on live requests. Never a look at
//! anything but what an operator sees.

mod offline;
mod live;
